/** The language switch of the toolbar, and axe on every story. */
import type { Preview } from '@storybook/web-components-vite';
import { languages, setLocale, toLocale } from '@kabina/elements/localization';

const preview: Preview = {
  parameters: {
    layout: 'fullscreen',
    a11y: { test: 'error' },
    controls: { disable: true },
    actions: { disable: true },
    options: { storySort: { order: ['Guide', 'Booth', 'Parts', 'Office', 'Station', 'Tokens'] } },
  },
  globalTypes: {
    locale: {
      description: 'Language',
      toolbar: {
        icon: 'globe',
        items: languages.map(({ locale, name }) => ({ value: locale, title: name })),
      },
    },
  },
  initialGlobals: { locale: 'ru' },
  loaders: [({ globals }) => setLocale(toLocale(String(globals['locale'])))],
};

export default preview;
