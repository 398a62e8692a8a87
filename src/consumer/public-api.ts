// The package's subpath `casetrail/consumer`.
export { type Bookmark, type BookmarkStore } from './bookmark';
export { type Broken, ChainBroken } from './chain';
export { type FollowOptions, type TicketFollower } from './follow-options';
export { followTickets } from './follow-tickets';
export { type EventContext, type Handler } from './handling';
export { releaseParked, type ReleaseOptions } from './release-parked';
export { type TicketEvent, type TicketEventType, type TicketState } from './ticket-events';
