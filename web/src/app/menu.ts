// Which screens somebody may open: what their roles may ask of the server.

import { screens, type Screen } from './screens.ts';
import { can, session } from './session.svelte.ts';

export const mayOpen = (screen: Screen): boolean =>
  can(screen.operation) && (!screen.staff || session.staff);

export const openScreens = (): Screen[] => screens.filter(mayOpen);
