import { LitElement, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { PortalClient } from '@kabina/booth/client';
import {
  readQueueFile,
  sendQueueFile,
  type QueueFile,
  type QueueProgress,
} from '@kabina/booth/queue-file';
import { decodeEntry, type EntryOf } from '@kabina/election/entries';
import { controls } from '@kabina/elements/controls';
import { warningIcon } from '@kabina/elements/icons';
import { tokens } from '@kabina/elements/themes';
import { FollowOffice } from './follow-office.ts';
import type { KabinaConfirm } from './kabina-confirm.ts';
import { officeErrorText } from './office-errors.ts';
import type { Office } from './office.ts';
import { panels } from './office.styles.ts';
import { kioskNames } from './stations.ts';

/**
 * @summary A kiosk's queue from a stick: read, checked, sent. The same file may be sent again, here or
 * elsewhere: what the ballot box has it keeps once.
 */
export class KabinaOfficeQueueFile extends LitElement {
  static override styles = [
    tokens,
    controls,
    panels,
    css`
      progress {
        inline-size: 100%;
        accent-color: var(--_accent);
      }
      .note ul {
        margin: 0.4em 0 0;
        padding-inline-start: 1.2em;
      }
    `,
  ];

  @property({ attribute: false }) accessor office: Office | undefined;
  @state() private accessor name = '';
  @state() private accessor progress: QueueProgress | undefined;
  @query('kabina-confirm') private accessor confirm!: KabinaConfirm;

  constructor() {
    super();
    new FollowOffice(this);
  }

  protected override render() {
    const { office, progress } = this;
    if (office?.board === undefined) return nothing;
    return html`<details>
        <summary>Очередь терминала с флешки</summary>
        <p>
          Если связи с участком так и не будет, терминал отдаёт очередь файлом. Файл запечатан:
          прочитать или изменить бюллетени в нём нельзя.
        </p>
        <label for="file">Файл очереди</label>
        <input
          id="file"
          type="file"
          ?disabled=${office.busy !== undefined}
          @change=${(event: Event) => void this.#take(event, office)}
        />
        ${progress === undefined ? nothing : this.#progress(progress)}
      </details>
      <kabina-confirm></kabina-confirm>`;
  }

  #progress({ total, taken, refused }: QueueProgress) {
    const codes = new Map<string, number>();
    for (const { code } of refused) codes.set(code, (codes.get(code) ?? 0) + 1);
    return html`<label for="sent">${this.name}</label>
      <progress id="sent" max=${Math.max(1, total)} value=${total === 0 ? 1 : taken}></progress>
      <p role="status">Урна приняла ${taken} из ${total}.</p>
      ${
        refused.length === 0
          ? nothing
          : html`<div class="note bad" role="alert">
              ${warningIcon}
              <div>
                Урна не приняла: ${refused.length}. Они остались в файле. Сохраните флешку и
                позовите технического специалиста: тот же файл можно отправить ещё раз.
                <ul>
                  ${[...codes].map(
                    ([code, number]) =>
                      html`<li>
                        ${officeErrorText(code)} Таких: ${number}.
                        <small class="code">${code}</small>
                      </li>`,
                  )}
                </ul>
              </div>
            </div>`
      }`;
  }

  async #take(event: Event, office: Office): Promise<void> {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file === undefined) return;
    this.progress = undefined;
    let queue: QueueFile | undefined;
    await office.act('Чтение очереди', async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      queue = readQueueFile(bytes, office.board!.manifest!);
    });
    // The same file may be chosen again.
    input.value = '';
    if (queue !== undefined) await this.#send(office, queue);
  }

  async #send(office: Office, queue: QueueFile): Promise<void> {
    const board = office.board!;
    this.name = kioskNames(board.manifest!, [queue.kiosk]);
    const held = board.stations?.heldBy(queue.kiosk);
    const unheard = held === undefined;
    // The file has the kiosk's own signature, which what was dictated had not.
    const confirms = held?.dictated === true && board.phase !== 'tally';
    if (unheard) {
      // What the kiosk has signed in the file: without a desk the commission vouches for it.
      const sure = await this.confirm.ask({
        title: `Закрыть ${this.name} по файлу?`,
        text: `Терминал подписал, что держит бюллетеней: ${queue.number}. Это встанет в журнал от имени комиссии, и другое число он заявить уже не сможет.`,
        yes: 'Закрыть терминал',
      });
      if (!sure) return;
    }
    await office.act('Отправка очереди', async () => {
      if (unheard || confirms) {
        await office.commission!.countersignHeld(decodeEntry(queue.held) as EntryOf<'held'>);
      }
      const client = new PortalClient({ box: office.config!.box, issuers: [] });
      await sendQueueFile(queue, client, (progress) => (this.progress = progress));
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'kabina-office-queue-file': KabinaOfficeQueueFile;
  }
}
