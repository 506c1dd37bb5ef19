/** A member of the commission at the office page, by the words on the screen. */
import type { Locator, Page } from 'playwright-core';

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

  /**
   * A member signs with a token: chooses it among those on the table, types the PIN on the screen.
   * `onPin` runs while the PIN is asked.
   */
  async sign(
    member: string,
    pin: string,
    onPin?: (token: Locator) => Promise<void>,
  ): Promise<void> {
    await this.press(`Подписать: ${member}`);
    const token = await this.takeToken(member);
    await onPin?.(token);
    await typePin(token, pin);
    await this.page.getByRole('dialog').getByRole('button', { name: 'Готово' }).click(PATIENCE);
    await this.page
      .getByRole('row')
      .filter({ hasText: member })
      .filter({ hasText: 'подписано' })
      .first()
      .waitFor(PATIENCE);
  }

  /** «Проверить токен», from the button to the findings. */
  async checkToken(member: string, pin: string, onFound: () => Promise<void>): Promise<void> {
    await this.press('Проверить токен');
    const token = await this.takeToken(member);
    await typePin(token, pin);
    await token.getByRole('listitem').nth(2).waitFor(PATIENCE);
    await onFound();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Готово' }).click();
  }

  /** In the open dialog, takes the training token of a member. */
  async takeToken(member: string): Promise<Locator> {
    const token = this.page.getByRole('dialog').locator('kabina-token');
    await token
      .getByRole('button', { name: new RegExp(`Учебный токен.*${member}`) })
      .click(PATIENCE);
    await token.getByText(member).first().waitFor(PATIENCE);
    return token;
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

/** Types a PIN on the keys of the screen and gives it. */
export async function typePin(token: Locator, pin: string): Promise<void> {
  for (const digit of pin) await token.getByRole('button', { name: digit, exact: true }).click();
  await token.getByRole('button', { name: PIN_DONE }).click();
}

/** What the button under the keys is called: by what the token is for. */
const PIN_DONE = /^(Подписать|Проверить|Дальше)$/;
