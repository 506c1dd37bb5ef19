/** Lint: TypeScript's strict rules everywhere; the lit, web-component and accessibility rules where there are components. */
import { configs as lit } from 'eslint-plugin-lit';
import litA11y from 'eslint-plugin-lit-a11y';
import { configs as wc } from 'eslint-plugin-wc';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.state/**',
      'storybook/storybook-static/**',
      '**/generated/**',
    ],
  },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.js'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    files: ['packages/elements/**/*.ts', 'kiosk-shell/**/*.ts', 'packages/observer/page/**/*.ts'],
    ...lit['flat/recommended'],
  },
  {
    files: ['packages/elements/**/*.ts', 'kiosk-shell/**/*.ts', 'packages/observer/page/**/*.ts'],
    ...wc['flat/recommended'],
  },
  {
    files: ['packages/elements/**/*.ts', 'kiosk-shell/**/*.ts', 'packages/observer/page/**/*.ts'],
    plugins: { 'lit-a11y': litA11y },
    rules: litA11y.configs.recommended.rules,
  },
  {
    // Commands talk to a person on the console; the rest of the code never does.
    files: ['**/cli/**', 'kiosk-shell/start/**', 'test/**', '**/*.test.ts', '*.config.*'],
    rules: { 'no-console': 'off' },
  },
);
