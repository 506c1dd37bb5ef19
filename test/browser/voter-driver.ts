/**
 * A voter in front of a real browser: sees what a person sees, by roles and names, and presses it.
 * Knows nothing of the components inside the page.
 */
import type { Locator, Page } from 'playwright-core';

/** A machine that does everything at once answers slowly; a person would wait too. */
const PATIENCE_MS = 120_000;

export class VoterDriver {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /**
   * Logs in on a portal's page as a training voter. `code` is asked for the code that an issuer has
   * sent, once for each issuer, by the issuer's name as the page shows it.
   */
  async logIn(
    url: string,
    login: string,
    issuers: readonly { readonly name: string; readonly code: () => Promise<string> }[],
  ): Promise<void> {
    await this.page.goto(url);
    await this.page.getByLabel('Логин учебного избирателя').fill(login);
    await this.press('Войти');
    for (const { name, code } of issuers) {
      await this.#see('Одноразовый код');
      await this.page.getByText(`Код прислала служба: ${name}`).waitFor();
      await this.page.getByLabel('Код из сообщения').fill(await code());
      await this.press('Дальше');
    }
    await this.#see('Ваши бюллетени');
  }

  /** Begins at a terminal with the access code that a member gave: `XXXXX-XXXXX`. */
  async enter(url: string, accessCode: string): Promise<void> {
    await this.page.goto(url);
    await this.page.getByRole('button', { name: 'Коснитесь, чтобы начать' }).click();
    await this.page.getByLabel('Код доступа').fill(accessCode);
    await this.press('Дальше');
    await this.#see('Ваши бюллетени');
  }

  /**
   * Takes a paper, marks it and has it encrypted; it is not cast yet.
   * @param marks 0 or 1 per option; all 0 is a blank paper
   */
  async seal(title: string, marks: readonly number[]): Promise<void> {
    await this.#button(new RegExp(`^(Заполнить|Проголосовать ещё раз) ${literal(title)}$`)).click();
    await this.markAndSeal(title, marks);
  }

  /** From the open paper. */
  async markAndSeal(title: string, marks: readonly number[]): Promise<void> {
    await this.#see(title);
    const options = this.page.getByRole('radio').or(this.page.getByRole('checkbox'));
    for (const [option, mark] of marks.entries()) if (mark === 1) await options.nth(option).click();
    await this.press(marks.includes(1) ? 'Дальше' : 'Дальше без отметок');
    await this.#see('Проверьте бюллетень');
    await this.press('Подтвердить');
    await this.#see('Бюллетень зашифрован');
  }

  /** Casts what is sealed; answers the tracking code of the receipt and goes back to the list. */
  async cast(): Promise<string> {
    await this.press('Опустить в урну');
    await this.#see('Бюллетень в урне');
    const text = await this.page.getByText(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/).textContent();
    await this.press('Дальше');
    await this.#see('Ваши бюллетени');
    return (text ?? '').replace(/\s/g, '');
  }

  /** Opens what is sealed to check it, and takes the paper again. */
  async challenge(): Promise<void> {
    await this.press('Проверить шифрование');
    await this.#see('Бюллетень вскрыт для проверки');
    await this.press('Заполнить бюллетень заново');
  }

  /** Ends the session. */
  async finish(): Promise<void> {
    await this.press('Закончить голосование');
    await this.#see('Спасибо, вы закончили');
    await this.press('Завершить сеанс');
  }

  async press(name: string): Promise<void> {
    await this.#button(name).click();
  }

  #button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  async #see(heading: string): Promise<void> {
    await this.page.getByRole('heading', { name: heading, exact: true }).waitFor();
  }
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
