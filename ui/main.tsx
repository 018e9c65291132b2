/** Entry of the page: builds its parts and shows them. */

import { render } from "preact";
import { makeActions } from "./actions.ts";
import { App } from "./app.tsx";
import { openPage } from "./page.ts";

const page = openPage();
const root = document.getElementById("root");
if (root) {
  root.replaceChildren();
  render(<App page={page} actions={makeActions(page)} />, root);
}
