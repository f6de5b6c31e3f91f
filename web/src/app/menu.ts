// Which screens somebody may open, what their roles may ask of the server, and in which order.

import type { Role } from '../api/types.ts';
import type { Key } from '../i18n/catalogue.ts';
import { screens, type Screen } from './screens.ts';
import { can, is, session } from './session.svelte.ts';

/** What belongs together, the daily first. Every screen stands in one of them. */
const GROUPS: { title: Key; paths: string[] }[] = [
  { title: 'nav.groupDay',
    paths: ['/', '/book', '/desk', '/bookings', '/waitlist', '/timeline', '/jobs',
      '/unattributed', '/wall', '/notices', '/access'] },
  { title: 'nav.groupMoney',
    paths: ['/invoices', '/billing', '/services', '/items', '/payments', '/claims', '/ageing',
      '/close', '/taxes', '/ledger', '/rates', '/costs',
      '/money-rules'] },
  { title: 'nav.groupPeople',
    paths: ['/enterprises', '/people', '/trainings', '/courses', '/programme', '/shares',
      '/messages', '/recoveries'] },
  { title: 'nav.groupMachines',
    paths: ['/tickets', '/maintenance', '/alarms', '/devices', '/lines', '/energy',
      '/recycling', '/timetables', '/closures'] },
  { title: 'nav.groupRules',
    paths: ['/hours', '/rules', '/resources', '/shifts', '/imports', '/audit'] },
];

/** Where the day of a role goes on, at the bottom of a phone. */
const TABS: [Role, string[]][] = [
  ['manager', ['/', '/timeline', '/desk', '/bookings']],
  ['accountant', ['/', '/invoices', '/payments', '/close']],
  ['operator', ['/', '/desk', '/jobs', '/tickets']],
  ['desk', ['/', '/desk', '/bookings', '/waitlist']],
  ['owner', ['/', '/book', '/bookings', '/invoices']],
  ['member', ['/', '/book', '/bookings', '/jobs']],
  ['mechanic', ['/', '/tickets', '/maintenance', '/alarms']],
  ['trainer', ['/', '/trainings', '/courses', '/bookings']],
];

export const mayOpen = (screen: Screen): boolean =>
  can(screen.operation) && (!screen.staff || session.staff);

const openAt = (paths: string[]): Screen[] =>
  paths.map((path) => screens.find((one) => one.path === path)!).filter(mayOpen);

export const openGroups = (): { title: Key; screens: Screen[] }[] =>
  GROUPS.map(({ title, paths }) => ({ title, screens: openAt(paths) }))
    .filter((group) => group.screens.length > 0);

export const tabs = (): Screen[] =>
  openAt(TABS.find(([role]) => is(role))?.[1] ?? GROUPS[0]!.paths.slice(0, 4));
