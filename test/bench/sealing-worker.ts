/** The bench's dedicated worker: seals in Chromium as the booth's worker does, and answers times. */
import { measureSealing } from './sealing.ts';

interface Order {
  readonly suite: string;
  readonly options: number;
  readonly rounds: number;
}

self.onmessage = ({ data }: MessageEvent<Order>) => {
  self.postMessage(measureSealing(data.suite, data.options, data.rounds));
};
