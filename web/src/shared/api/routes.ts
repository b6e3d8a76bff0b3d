/** The service's routes that the pages and workers ask (server/API.md), by the types that the server checks them with. */
import type {
  AccessLogPart,
  Account,
  AccountAdministration,
  AccountList,
  DivisionLogPart,
  PasswordLink,
  Session,
} from "../../../../server/accounts/schemas.ts";
import type {
  AttributeAnswer,
  AttributeRequestList,
  Certification,
  CertifierList,
  ClaimList,
  MadeCertifier,
  NewAttributeRequest,
  NewCertifier,
  OwnAttributes,
} from "../../../../server/attributes/schemas.ts";
import type { AdminCm, CmAddress, CmChange, CmList } from "../../../../server/cm/schemas.ts";
import type { Complaint, ComplaintList, NewComplaint, Settlement } from "../../../../server/complaints/schemas.ts";
import type { Job, JobChange, JobList, NewJob } from "../../../../server/divisions/schemas.ts";
import type { GroupMembers, Groups } from "../../../../server/groups/schemas.ts";
import type {
  ConditionLogPart,
  LibraryPage,
  LibraryVideo,
  MainAddress,
  OwnVideoPage,
  RemoteMain,
  UnfinishedUploads,
  VideoChange,
  VideoConditions,
  VideoConditionsChange,
} from "../../../../server/library/schemas.ts";
import type {
  Grant,
  MadeVouchers,
  Membership,
  NewVouchers,
  PointEntries,
  PointRules,
  Redeemed,
  Spending,
  VideoParts,
  VoucherCode,
  VoucherList,
} from "../../../../server/memberships/schemas.ts";
import type {
  AttributesThatMatter,
  ConditionsRequest,
  EventOutcomes,
  MainHashes,
  Play,
  PlayEvents,
  PlayMove,
  PlayPlace,
  PlayRequest,
  Secret,
  Seek,
  ShownSurroundings,
  SurroundingsRequest,
  Ticket,
  TicketRequest,
} from "../../../../server/plays/schemas.ts";
import type {
  GivenReportSettings,
  MadeReportList,
  Report,
  ReportSettings,
  Webhook,
  WebhookChange,
} from "../../../../server/reports/schemas.ts";
import type {
  NewReservation,
  Reservation,
  ReservationChange,
  ReservationList,
  RestrictionOptions,
} from "../../../../server/reservations/schemas.ts";
import type {
  MarkRecord,
  MarkRecordList,
  NewMarkRecord,
  NewRightsKey,
  RightsKey,
  RightsKeyList,
} from "../../../../server/rights/schemas.ts";
import type {
  SurroundingChange,
  SurroundingList,
  SurroundingRequest,
} from "../../../../server/surroundings/schemas.ts";

/** A form's fields by their names; what is wrong with them the service says. */
export type Values = Record<string, string>;

/** By method and path: what a route takes as JSON, and what its answer holds, where it is read. */
export interface Routes {
  "GET /api/videos": { answer: LibraryPage };
  "GET /api/videos?mine=1": { answer: OwnVideoPage };
  "GET /api/mains/{mainId}/hashes": { answer: MainHashes };
  "GET /api/videos/{mainId}": { answer: LibraryVideo };
  "PATCH /api/videos/{mainId}": { body: VideoChange };
  "DELETE /api/videos/{mainId}": object;
  "PUT /api/videos/{mainId}/{kind}": { file: Blob };
  "DELETE /api/videos/{mainId}/teaser": object;
  "GET /api/videos/{mainId}/conditions": { answer: VideoConditions };
  "PATCH /api/videos/{mainId}/conditions": { body: VideoConditionsChange };
  "PUT /api/mains/{mainId}/address": { body: MainAddress; answer: RemoteMain };
  "GET /api/uploads": { answer: UnfinishedUploads };
  "DELETE /api/uploads/{uploadId}": object;

  "POST /api/plays": { body: PlayRequest; answer: Play };
  "POST /api/plays/conditions": { body: ConditionsRequest; answer: AttributesThatMatter };
  "GET /api/plays/{playId}": { answer: PlayPlace };
  "POST /api/plays/{playId}/moves": { body: PlayMove; answer: PlayPlace };
  "GET /api/plays/{playId}/units": object;
  "POST /api/plays/{playId}/tickets": { body: TicketRequest; answer: Ticket };
  "POST /api/plays/{playId}/seek": { body: Seek; answer: Ticket };
  "POST /api/plays/{playId}/secret": { answer: Secret };
  "POST /api/plays/{playId}/events": { body: PlayEvents; answer: EventOutcomes };
  "POST /api/plays/{playId}/surroundings": { body: SurroundingsRequest; answer: ShownSurroundings };

  "GET /api/session": { answer: Session };
  "POST /api/session": { body: Values; answer: Session };
  "DELETE /api/session": object;
  "DELETE /api/sessions": object;
  "POST /api/accounts": { body: Values };
  "POST /api/first-administrator": { body: Values };
  "PATCH /api/account": { body: Values };
  "PUT /api/account/password": { body: Values };
  "POST /api/account/deletion": { body: Values };
  "POST /api/new-password": { body: Values };
  "POST /api/forgotten-password": { body: Values };
  "GET /api/account/access-log": { answer: AccessLogPart };
  "GET /api/account/conditions": { answer: ConditionLogPart };
  "GET /api/account/divisions": { answer: DivisionLogPart };
  "GET /api/admin/divisions": { answer: DivisionLogPart };
  "GET /api/admin/access-log": { answer: AccessLogPart };
  "GET /api/admin/accounts": { answer: AccountList };
  "PATCH /api/admin/accounts/{accountId}": { body: AccountAdministration; answer: Account };
  "POST /api/admin/accounts/{accountId}/password-link": { answer: PasswordLink };

  "POST /api/videos/{mainId}/complaints": { body: NewComplaint };
  "GET /api/admin/complaints": { answer: ComplaintList };
  "PATCH /api/admin/complaints/{number}": { body: Settlement; answer: Complaint };

  "GET /api/account/attributes": { answer: OwnAttributes };
  "PATCH /api/account/attribute-requests/{number}": { body: AttributeAnswer };
  "DELETE /api/account/attributes/{name}": object;
  "GET /api/attribute-requests": { answer: AttributeRequestList };
  "POST /api/attribute-requests": { body: NewAttributeRequest };
  "GET /api/admin/attribute-claims": { answer: ClaimList };
  "PUT /api/admin/attribute-claims/{accountId}/{name}": { body: Certification };
  "GET /api/admin/certifiers": { answer: CertifierList };
  "POST /api/admin/certifiers": { body: NewCertifier; answer: MadeCertifier };
  "DELETE /api/admin/certifiers/{certifierId}": object;

  "GET /api/account/membership": { answer: Membership };
  "GET /api/account/points": { answer: PointEntries };
  "GET /api/videos/{mainId}/parts": { answer: VideoParts };
  "POST /api/account/spendings": { body: Spending; answer: Membership };
  "POST /api/account/vouchers": { body: VoucherCode; answer: Redeemed };
  "GET /api/admin/point-rules": { answer: PointRules };
  "PUT /api/admin/point-rules": { body: PointRules; answer: PointRules };
  "GET /api/admin/accounts/{accountId}/membership": { answer: Membership };
  "POST /api/admin/accounts/{accountId}/grants": { body: Grant; answer: Membership };
  "DELETE /api/admin/accounts/{accountId}/periods/{number}": object;
  "GET /api/admin/vouchers": { answer: VoucherList };
  "POST /api/admin/vouchers": { body: NewVouchers; answer: MadeVouchers };
  "DELETE /api/admin/vouchers/{voucherId}": object;

  "GET /api/jobs": { answer: JobList };
  "POST /api/jobs": { body: NewJob; answer: Job };
  "PATCH /api/jobs/{jobId}": { body: JobChange; answer: Job };
  "DELETE /api/jobs/{jobId}": object;
  "POST /api/jobs/{jobId}/start": { answer: Job };
  "POST /api/jobs/{jobId}/cancel": { answer: Job };
  "GET /api/reservations": { answer: ReservationList };
  "POST /api/reservations": { body: NewReservation; answer: Reservation };
  "PATCH /api/reservations/{reservationId}": { body: ReservationChange; answer: Reservation };
  "DELETE /api/reservations/{reservationId}": object;
  "GET /api/restriction-options": { answer: RestrictionOptions };
  "PUT /api/restriction-options": { body: RestrictionOptions; answer: RestrictionOptions };

  "GET /api/rights-keys": { answer: RightsKeyList };
  "POST /api/rights-keys": { body: NewRightsKey; answer: RightsKey };
  "GET /api/rights-keys/{keyId}": { answer: RightsKey };
  "DELETE /api/rights-keys/{keyId}": object;
  "GET /api/mark-records": { answer: MarkRecordList };
  "POST /api/mark-records": { body: NewMarkRecord; answer: MarkRecord };
  "GET /api/mark-records/{recordId}": { answer: MarkRecord };
  "DELETE /api/mark-records/{recordId}": object;

  "GET /api/groups": { answer: Groups };
  "PUT /api/groups/{name}": { body: GroupMembers };

  "GET /api/cms": { answer: CmList };
  "POST /api/cms": { file: Blob; answer: AdminCm };
  "POST /api/cms/address": { body: CmAddress; answer: AdminCm };
  "PATCH /api/cms/{cmId}": { body: CmChange };
  "DELETE /api/cms/{cmId}": object;

  "GET /api/surroundings": { answer: SurroundingList };
  "POST /api/surroundings": { body: SurroundingRequest };
  "PATCH /api/surroundings/{surroundingId}": { body: SurroundingChange };
  "PUT /api/surroundings/{surroundingId}/image": { file: Blob };
  "DELETE /api/surroundings/{surroundingId}": object;

  "GET /api/reports": { answer: MadeReportList };
  "GET /api/reports/settings": { answer: GivenReportSettings };
  "PUT /api/reports/settings": { body: ReportSettings; answer: GivenReportSettings };
  "GET /api/reports/summary": { answer: Report };
  /** Of `cms/<id>` or `videos/<id>`. */
  "GET /api/{of}/webhook": { answer: Webhook };
  "PUT /api/{of}/webhook": { body: WebhookChange; answer: Webhook };
}

export type Route = keyof Routes;
/** Those whose answer is read. */
export type AnsweringRoute = { [R in Route]: Routes[R] extends { answer: unknown } ? R : never }[Route];
export type Answer<R extends AnsweringRoute> = Routes[R] extends { answer: infer A } ? A : never;
