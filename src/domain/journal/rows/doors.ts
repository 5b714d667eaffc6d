/** How programs reach the supervisor beside its socket. */
export interface DoorRows {
  /** [`door`] It listens by TCP, for as long as this supervisor runs. `at`: address and port. */
  'door.opened': { readonly at: string; readonly otherMachines: boolean; readonly hostName: string | null };
}
