import { expect } from 'chai';
import { html } from 'lit';
import decodeQR from 'qr/decode.js';
import { clear, deep, mount } from './browser-fixture.ts';
import './define/kabina-qr.ts';
import { receipt } from './testing.ts';

/** Draws the SVG as a screen would and reads it as a camera would. */
async function scan(svg: SVGSVGElement): Promise<string> {
  const source = new XMLSerializer().serializeToString(svg);
  const image = new Image(600, 600);
  image.src = `data:image/svg+xml,${encodeURIComponent(source.replace('<svg', '<svg width="600" height="600"'))}`;
  await image.decode();
  const canvas = new OffscreenCanvas(600, 600);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, 600, 600);
  context.drawImage(image, 0, 0, 600, 600);
  const { data } = context.getImageData(0, 0, 600, 600);
  return decodeQR({ width: 600, height: 600, data });
}

describe('kabina-qr', () => {
  afterEach(clear);

  for (const value of [
    'BWY6-PPFC-1K8N-R2TZ',
    receipt.text,
    `kabina-core:${'5f0c6b1e'.repeat(16)}`,
  ]) {
    it(`is read back: ${value.slice(0, 24)}, ${value.length} characters`, async () => {
      const qr = await mount(html`<kabina-qr .value=${value} .label=${'Код'}></kabina-qr>`);
      expect(await scan(deep<SVGSVGElement & HTMLElement>(qr, 'svg'))).to.equal(value);
    });
  }
});
