import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .slip {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 1em 1.6em;
    align-items: start;
    margin-block-end: 1em;
    padding: min(1.2em, 4vw);
    border: max(2px, var(--_line)) solid var(--_line-colour);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .slip p {
    margin: 0;
  }
  .slip .contest {
    font-weight: 600;
    margin-block-end: 1em;
  }
  .tracking {
    margin-block: 0.15em 0.6em;
    font-size: 1.45em;
    font-weight: 700;
    line-height: 1.25;
    overflow-wrap: normal;
  }
  kabina-status {
    grid-column: 1 / -1;
    padding-block-start: 1em;
    border-block-start: max(1px, var(--_line)) solid var(--_line-colour);
  }
  .slip .later {
    grid-column: 1 / -1;
    max-inline-size: none;
  }
  .training {
    grid-column: 1 / -1;
    max-inline-size: none;
    padding: 0.4em 0.8em;
    border: max(2px, var(--_line)) solid var(--_on-training);
    background: var(--_training);
    color: var(--_on-training);
    font-weight: 700;
    text-align: center;
    text-transform: uppercase;
  }
  @media (max-width: 36rem) {
    .slip {
      grid-template-columns: 1fr;
    }
  }
  @container screen (max-width: 28em) {
    .slip {
      grid-template-columns: 1fr;
    }
  }
  @media print {
    .slip {
      break-inside: avoid;
    }
    .training {
      print-color-adjust: exact;
    }
  }
`;
