/** The helper that holds answers to the OpenAPI document, and the documents themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRORS, type ErrorCode } from './errors.ts';
import { AnswerError, boxDocument, issuerDocument, validateAnswer } from './testing.ts';

const box = boxDocument();
const issuer = issuerDocument('registrar');
const json = { 'content-type': 'application/json; charset=utf-8' };

const refuses = (...args: Parameters<typeof validateAnswer>): void => {
  assert.throws(() => validateAnswer(...args), AnswerError);
};

test('a good answer passes, with its query', () => {
  const turnout = JSON.stringify({ contests: [{ id: 'a', issued: 1 }], styles: [] });
  validateAnswer(issuer, 'GET', '/turnout?x=1', 200, json, turnout);
  validateAnswer(issuer, 'DELETE', '/session', 204, {}, '');
  validateAnswer(box, 'POST', '/ballots', 200, { 'content-type': 'application/cbor' }, 'x');
  const error = JSON.stringify({ code: 'ballots.proof', message: 'x' });
  validateAnswer(box, 'POST', '/ballots', 422, json, error);
});

test('status, type, fields and codes that the document does not have are found', () => {
  refuses(issuer, 'PUT', '/turnout', 200, json, '{}');
  refuses(issuer, 'GET', '/turnout', 201, json, '{}');
  refuses(issuer, 'GET', '/turnout', 200, { 'content-type': 'text/html' }, '{}');
  refuses(issuer, 'GET', '/turnout', 200, json, '{}');
  refuses(issuer, 'GET', '/turnout', 200, json, '{"contests":[],"styles":[],"more":1}');
  refuses(issuer, 'DELETE', '/session', 204, {}, 'x');
  const error = (code: string): string => JSON.stringify({ code, message: 'x' });
  refuses(box, 'POST', '/ballots', 422, json, error('permits.served'));
  refuses(box, 'POST', '/ballots', 400, json, error('ballots.proof'));
  refuses(box, 'GET', '/status', 401, json, error('session.missing'));
});

test('every error code stands in a document, under its own status', () => {
  const found = new Map<string, Set<string>>();
  for (const document of [box, issuer]) {
    for (const operations of Object.values(document.paths)) {
      for (const { responses } of Object.values(operations)) {
        for (const [status, { content }] of Object.entries(responses)) {
          if (status === '200' || status === '204') continue;
          const schema = content!['application/json']!.schema as {
            properties: { code: { enum: string[] } };
          };
          for (const code of schema.properties.code.enum) {
            found.set(code, (found.get(code) ?? new Set()).add(status));
          }
        }
      }
    }
  }
  for (const [code, { status }] of Object.entries(ERRORS)) {
    assert.deepEqual([...(found.get(code) ?? [])], [String(status)], code);
  }
  assert.equal(found.size, (Object.keys(ERRORS) as ErrorCode[]).length);
});
