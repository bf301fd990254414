export { type AdminHandler, createAdminHandler } from './admin-handler.ts';
export type { Audit, AuditLine } from './auth/audit.ts';
export { hashPassword } from './auth/password.ts';
export { type Role, roles } from './contract/roles.ts';
export type { AdminRouter } from './contract/router.ts';
export type { AdminCredential, AdminOptions, TransferOptions } from './options.ts';
export { exportLines } from './transfer/export-lines.ts';
export { checkLines, importLines, type TransferCount } from './transfer/import-lines.ts';
export { TransferError } from './transfer/queue-line.ts';
