/// <reference types="w3c-web-hid" preserve="true" />
/** Layouts from report descriptors, and reports against them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readScanReport, scanLayouts } from './hid-scan-report.ts';
import { SimulatedScanner } from './testing/simulated-hid.ts';

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
const collection = (items: HIDReportItem[], usagePage = 0x8c): HIDCollectionInfo => ({
  usagePage,
  usage: 2,
  inputReports: [{ reportId: 4, items }],
});

test('Honeywell’s layout is found, and an example from a maker’s manual is read by it', () => {
  const [layout, ...more] = scanLayouts(new SimulatedScanner().collections);
  assert.ok(layout);
  assert.equal(more.length, 0, 'a nested collection’s report is the same report');
  assert.deepEqual(layout, {
    reportId: 2,
    length: 63,
    data: { at: 4, size: 56 },
    count: 0,
    symbology: [1, 2, 3],
    continued: { at: 62, bit: 0 },
  });
  // Access-IS ATR110 manual, appendix A: a boarding pass of 60 bytes in two reports.
  const pass = 'M1GATHERGOOD/MICHAEL YABCDEF LHRDURAK 3542 052Y003D23';
  const [first, second] = SimulatedScanner.reports(pass.padEnd(60), ']Q0');
  const read = [first, second].map((report) => readScanReport(layout, view(report!))!);
  assert.deepEqual(
    read.map(({ symbology, continued, data }) => [symbology, continued, data.length]),
    [
      [']Q0', true, 56],
      [']Q0', false, 4],
    ],
  );
  assert.equal(
    read
      .map(({ data }) => text(data))
      .join('')
      .trimEnd(),
    pass,
  );
});

test('fields are found wherever a maker put them; without a count the zeros are padding', () => {
  const [layout] = scanLayouts([
    collection([
      { usages: [0x8c00ff], reportSize: 1, reportCount: 1 },
      { isConstant: true, reportSize: 7, reportCount: 1 },
      { usages: [0x8c00fe], reportSize: 8, reportCount: 10 },
      {
        isRange: true,
        usageMinimum: 0x8c00fb,
        usageMaximum: 0x8c00fd,
        reportSize: 8,
        reportCount: 3,
      },
    ]),
  ]);
  assert.deepEqual(layout, {
    reportId: 4,
    length: 14,
    data: { at: 1, size: 10 },
    symbology: [11, 12, 13],
    continued: { at: 0, bit: 0 },
  });
  const report = Uint8Array.from(Buffer.from('\x01HELLO\0\0\0\0\0]E0'));
  const read = readScanReport(layout, view(report));
  assert.deepEqual([text(read?.data), read?.symbology, read?.continued], ['HELLO', ']E0', true]);
});

test('a device that is no scanner, or whose data is no row of bytes, has no layout', () => {
  const data = { usages: [0x8c00fe], reportSize: 8, reportCount: 8 };
  const without: HIDCollectionInfo[] = [
    collection([data], 0x01),
    collection([{ ...data, usages: [0x010030] }]),
    collection([{ ...data, reportSize: 7 }]),
    collection([{ isConstant: true, reportSize: 4, reportCount: 1 }, data]),
    collection([data, { reportSize: 8, reportCount: 1 }, data]),
    collection([{ ...data, isArray: true }]),
    collection([{ ...data, reportCount: 0x7fff_ffff }]),
    collection([]),
  ];
  for (const one of without) assert.deepEqual(scanLayouts([one]), [], JSON.stringify(one));
});

test('a report of another length, or with a count beyond it, is not read', () => {
  const [layout] = scanLayouts(new SimulatedScanner().collections);
  const [report] = SimulatedScanner.reports('HELLO');
  assert.equal(readScanReport(layout!, view(report!.subarray(1))), undefined);
  assert.equal(readScanReport(layout!, view(report!.with(0, 57))), undefined);
  assert.equal(text(readScanReport(layout!, view(report!.with(1, 0)))?.data), 'HELLO');
});

test('any descriptor and any report are read without going outside the report', () => {
  const usage = fc.constantFrom(0x8c00fe, 0x8c00fb, 0x8c00fc, 0x8c00fd, 0x8c00ff, 0x01003b, 7);
  const item = fc.record({
    usages: fc.array(usage, { maxLength: 3 }),
    reportSize: fc.constantFrom(0, 1, 7, 8, 16, 32),
    reportCount: fc.integer({ min: 0, max: 70 }),
    isConstant: fc.boolean(),
    isArray: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(item, { maxLength: 8 }),
      fc.infiniteStream(fc.nat(255)),
      (items, bytes) => {
        for (const layout of scanLayouts([collection(items)])) {
          const report = Uint8Array.from(
            { length: layout.length },
            () => bytes.next().value as number,
          );
          const read = readScanReport(layout, view(report));
          if (read === undefined) continue;
          assert.ok(read.data.length <= layout.data.size);
          assert.ok(read.data.byteOffset + read.data.length <= report.byteOffset + report.length);
        }
      },
    ),
  );
});
