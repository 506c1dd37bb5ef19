/**
 * A voter in a browser, by the words on the screen. `press` says how: a finger, or the keys that a
 * person without a pointer has (Tab to get somewhere, Enter or Space to choose, arrows in a list).
 */
import type { Locator, Page } from 'playwright-core';

export type Press = (target: Locator) => Promise<void>;

export const byTouch: Press = (target) => target.tap();

/** Tabs until the target has the focus; answers an error if the focus never gets there. */
export function byKeys(page: Page): Press {
  return async (target) => {
    await target.waitFor();
    const handle = await target.elementHandle();
    for (let i = 0; i < 80; i++) {
      const there = await handle!.evaluate((element) => {
        const root = element.getRootNode() as Document | ShadowRoot;
        return root.activeElement === element;
      });
      if (there) {
        await page.keyboard.press('Enter');
        return;
      }
      await page.keyboard.press('Tab');
    }
    throw new Error(`the focus never reached ${target.toString()}`);
  };
}

/** The access code through the keys on the screen. */
export async function typeAccessCode(page: Page, press: Press, code: string): Promise<void> {
  const keypad = page.getByRole('group', { name: 'Клавиши' });
  for (const symbol of code.replace('-', '')) {
    await press(keypad.getByRole('button', { name: symbol, exact: true }));
  }
  await press(page.getByRole('button', { name: 'Дальше' }));
}

export class Voter {
  readonly page: Page;
  readonly press: Press;

  constructor(page: Page, press: Press) {
    this.page = page;
    this.press = press;
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole('heading', { name });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  async listed(): Promise<void> {
    await this.heading('Ваши бюллетени').waitFor();
  }

  /** From the list to a paper. */
  async take(title: RegExp): Promise<void> {
    await this.press(this.button(title).and(this.button(/^(Заполнить|Проголосовать ещё раз)/)));
    await this.heading(title).waitFor();
  }

  option(name: string): Locator {
    return this.page.getByRole('radio', { name }).or(this.page.getByRole('checkbox', { name }));
  }

  async mark(...names: string[]): Promise<void> {
    for (const name of names) await this.press(this.option(name));
  }

  async next(): Promise<void> {
    await this.press(this.button(/^Дальше/));
  }

  async review(): Promise<void> {
    await this.next();
    await this.heading('Проверьте бюллетень').waitFor();
  }

  async seal(): Promise<void> {
    await this.press(this.button('Подтвердить'));
    await this.heading('Бюллетень зашифрован').waitFor();
  }

  async cast(): Promise<void> {
    await this.press(this.button('Опустить в урну'));
    await this.heading('Бюллетень в урне').waitFor();
  }

  /** Waits on the receipt until the log has the ballot. */
  async recorded(): Promise<void> {
    await this.page.getByText('Бюллетень записан в открытый журнал').waitFor();
  }

  async toList(): Promise<void> {
    await this.next();
    await this.listed();
  }
}
