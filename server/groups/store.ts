/** Groups of viewers, whom a provider shows parts of videos that others do not see. */

export interface GroupStore {
  /** A provider's groups by their names, each with its accounts. */
  of(ownerId: string): Promise<Map<string, string[]>>;
  /** Sets who is in a group; nobody: there is no such group any more. */
  put(ownerId: string, name: string, accountIds: readonly string[], at: number): Promise<void>;
  /** The names of a provider's groups that an account is in. */
  with(ownerId: string, accountId: string): Promise<string[]>;
}
