// The roles, in the order in which they are offered.

import type { Role, RoleGrant } from '../../api/types.ts';

export type Grant = RoleGrant;

export const roles: Role[] = [
  'owner', 'member', 'operator', 'desk', 'trainer', 'mechanic', 'accountant', 'manager',
  'committee', 'partner', 'programme', 'auditor', 'technician', 'administrator',
];

export const ofEnterprise = (role: Role): boolean => role === 'owner' || role === 'member';
export const needsSecond = (role: Role): boolean =>
  role === 'manager' || role === 'accountant' || role === 'administrator';
