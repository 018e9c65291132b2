/** The screens of services: the list, or one of them. Loaded when wanted. */

import type { ServiceName } from "../../server/protocol/service.ts";
import type { Page } from "../page.ts";
import { ServiceView } from "./service_view.tsx";
import { ServicesList } from "./services_list.tsx";

interface ServicesPageProps {
  page: Page;
  /** The list if absent. */
  name?: ServiceName | undefined;
}

export function ServicesPage({ page, name }: ServicesPageProps) {
  return name === undefined
    ? <ServicesList page={page} />
    : <ServiceView key={name} page={page} name={name} />;
}
