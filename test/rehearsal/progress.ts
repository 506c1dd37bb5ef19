/** A progress bar on standard error, where there is a terminal; plain lines where there is none. */
export class Progress {
  #total: number;
  #label: string;
  #done = 0;
  #shown = 0;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
  }

  step(): void {
    this.#done++;
    const now = Date.now();
    const last = this.#done === this.#total;
    const terminal = process.stderr.isTTY === true;
    if (!last && now - this.#shown < (terminal ? 100 : 10_000)) return;
    this.#shown = now;
    const part = this.#done / this.#total;
    const filled = Math.round(part * 30);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(30 - filled)}`;
    const line = `${this.#label} ${bar} ${this.#done} of ${this.#total}`;
    process.stderr.write(terminal && !last ? `\r${line}` : `${terminal ? '\r' : ''}${line}\n`);
  }
}
