/** A member of the commission at the office page, by the words on the screen. */
import type { Page } from 'playwright-core';

/** Long waits: seven holders on two busy cores, the page's own scrypt. */
const PATIENCE = { timeout: 180_000 };

export class OfficePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name }).click(PATIENCE);
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor(PATIENCE);
  }

  /** Presses, then says yes in the dialog that asks once more. */
  async confirm(name: string | RegExp, yes: string): Promise<void> {
    await this.press(name);
    await this.page.getByRole('dialog').getByRole('button', { name: yes, exact: true }).click();
  }

  async unlock(passphrase: string): Promise<void> {
    await this.page.getByLabel('Пароль комиссии').fill(passphrase, PATIENCE);
    await this.press('Войти');
    await this.page.getByRole('button', { name: 'Выйти' }).waitFor(PATIENCE);
  }

  /** Finds a voter by number, looks at the passport, and answers the code on the slip. */
  async accessCode(number: string, onSlip?: () => Promise<void>): Promise<string> {
    const { page } = this;
    await page.getByLabel('Фамилия, номер в списке или документ').fill(number);
    await this.press('Найти');
    const row = page
      .getByRole('row')
      .filter({ has: page.getByRole('cell', { name: number, exact: true }) });
    await row.getByLabel('Паспорт проверен').check();
    await row.getByRole('button', { name: /^Выдать код/ }).click();
    const slip = page.getByRole('dialog', { name: 'Код доступа к терминалу' });
    const code = await slip.getByText(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/).textContent(PATIENCE);
    await onSlip?.();
    await slip.getByRole('button', { name: 'Готово, код отдан' }).click();
    return code!;
  }
}
