import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  ul {
    display: grid;
    gap: var(--_gap);
    margin: 0 0 1.2em;
    padding: 0;
    list-style: none;
  }
  .card {
    display: grid;
    grid-template-columns: auto 1fr auto;
    gap: 0.3em 0.9em;
    align-items: center;
    padding: 0.9em 1em;
    border: max(2px, var(--_line)) solid var(--_line-colour);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  .card.done {
    border-color: var(--_good);
    background: var(--_good-tint);
  }
  .card.failed {
    border-color: var(--_bad);
    background: var(--_bad-tint);
  }
  .sign {
    display: grid;
    place-items: center;
    color: var(--_accent);
    font-size: 1.2em;
  }
  .done .sign {
    color: var(--_good);
  }
  .failed .sign {
    color: var(--_bad);
  }
  h3 {
    margin: 0;
    font-weight: 650;
    line-height: 1.25;
  }
  .district,
  .state {
    margin: 0.15em 0 0;
  }
  .state {
    font-weight: 550;
  }
  .buttons {
    display: flex;
    flex-direction: column;
    gap: var(--_gap);
  }
  @media (max-width: 40rem) {
    .card {
      grid-template-columns: auto 1fr;
    }
    .buttons {
      grid-column: 1 / -1;
    }
  }
  /* On a narrow screen, or with large text, the buttons go under the title. */
  @container screen (max-width: 34em) {
    .card {
      grid-template-columns: auto 1fr;
    }
    .buttons {
      grid-column: 1 / -1;
    }
  }
`;
