/** Storybook: stories of every component in `stories`, the guide for embedders in `guide`. */
import type { StorybookConfig } from '@storybook/web-components-vite';
import { decorators } from '@kabina/elements/build/decorators';

const config: StorybookConfig = {
  framework: '@storybook/web-components-vite',
  stories: ['../guide/*.mdx', '../stories/*.stories.ts'],
  addons: ['@storybook/addon-docs', '@storybook/addon-a11y'],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  viteFinal: (vite) => ({ ...vite, plugins: [decorators(), ...(vite.plugins ?? [])] }),
};

export default config;
