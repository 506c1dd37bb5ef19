#!/usr/bin/env node
/**
 * Makes a register of synthetic voters for training, shared out over the draft's ballot styles by
 * their `voters` (equally, if none says any).
 *
 *     voters.ts --count N --styles DRAFT --out FILE
 */
import { writeFileSync } from 'node:fs';
import { readDraft } from '../draft.ts';
import { formatRegister } from '../issuer/register.ts';
import { syntheticVoters } from '../issuer/synthetic.ts';
import { parseOptions, readJson, runCommand } from './process.ts';

runCommand(async () => {
  const args = process.argv.slice(2);
  const { option, number } = parseOptions('voters', args, ['count', 'styles', 'out']);
  const { styles } = readDraft(readJson(option('styles')));
  const register = formatRegister(syntheticVoters(number('count'), styles));
  writeFileSync(option('out'), register, { mode: 0o600 });
});
