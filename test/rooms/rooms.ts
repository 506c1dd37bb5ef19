/**
 * Who may import whom: the allowlist of the house, tests and type-only imports included.
 *
 * `crypto`, `log`, `outbox` and `tokens` could each be published alone, so they import no other
 * room; `cms` stands on `crypto` for GOST alone. The rest may import what is listed. `test` and
 * `storybook` stand outside: they cross rooms.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'packages/crypto': [],
  'packages/log': [],
  'packages/outbox': [],
  'packages/tokens': [],
  'packages/cms': ['packages/crypto'],
  'packages/election': ['packages/crypto', 'packages/log', 'packages/cms'],
  'packages/booth': ['packages/election', 'packages/outbox', 'packages/crypto', 'packages/log'],
  'packages/trustee': ['packages/election', 'packages/crypto', 'packages/log', 'packages/tokens'],
  'packages/portal': ['packages/election', 'packages/crypto', 'packages/log'],
  'packages/observer': ['packages/election', 'packages/crypto', 'packages/log', 'packages/tokens'],
  'packages/elements': [
    'packages/booth',
    'packages/trustee',
    'packages/tokens',
    'packages/election',
  ],
  'kiosk-shell': [
    'packages/crypto',
    'packages/log',
    'packages/outbox',
    'packages/tokens',
    'packages/cms',
    'packages/election',
    'packages/booth',
    'packages/trustee',
    'packages/observer',
    'packages/elements',
  ],
};

/** One dependency-cruiser rule per room: whatever is in another room and not on its list is forbidden. */
export function roomRules(): object[] {
  return Object.entries(ROOMS).map(([room, allowed]) => ({
    name: `room:${room}`,
    severity: 'error',
    comment: `${room} may import ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}`,
    from: { path: `^${room}/` },
    to: {
      path: '^(packages/[^/]+|kiosk-shell|storybook|test)/',
      pathNot: `^(${[room, ...allowed].join('|')})/`,
    },
  }));
}
