/** An account in a group. */
export interface ViewerGroupRow {
  owner_id: string;
  name: string;
  account_id: string;
  added_at: number;
}
