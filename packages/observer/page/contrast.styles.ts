/** For people whose system asks for more contrast, or gives its own colours. */
import { css } from 'lit';

export const contrast = css`
  @media (prefers-contrast: more) {
    :host {
      --page: #ffffff;
      --ink: #000000;
      --muted: #000000;
      --line: #000000;
      --border: #000000;
      --accent: #00205c;
      --good: #00331a;
      --good-tint: #ffffff;
      --bad: #5c0000;
      --bad-tint: #ffffff;
    }
    .panel,
    button,
    select,
    input,
    textarea {
      border-width: 2px;
    }
    .verdict {
      border-left-width: 0.75rem;
    }
  }
  @media (forced-colors: active) {
    .icon .disc,
    .fill {
      fill: CanvasText;
    }
    .icon .stroke {
      stroke: Canvas;
    }
    .track {
      fill: Canvas;
      stroke: CanvasText;
      stroke-width: 0.2;
    }
    .verdict {
      border-left-color: CanvasText;
    }
  }
`;
