// Written by `npm run contract` from the schemas of the topics. Do not edit.

/** What every event has. */
interface Envelope {
  readonly specversion: '1.0';
  /** Unique per source, and the same on every copy of the event. */
  readonly id: string;
  /** /casetrail/<tenant>/<source>; <source> is casetrail for its own events. */
  readonly source: string;
  /** The ticket: tenant/ticket_id. Also the key of the record. */
  readonly subject: string;
  /** When it happened, by the sender. UTC. */
  readonly time: string;
  /** urn:casetrail:schema:<event type>:v1, the $id of the schema of `data`. */
  readonly dataschema: string;
  /** The key of the record. */
  readonly partitionkey: string;
  /** Place in the partition: 1, 2, 3 … of the log, so not each one is on this topic. */
  readonly position: string;
  /** `position` of the event before it on this topic and partition; 0 = the first. */
  readonly prevposition: string;
  /** The database that published it. Another one has other positions. */
  readonly logid: string;
  /** The log's hash chain up to the append of this event: `verify --anchor` takes it. */
  readonly digest: string;
  readonly correlationid?: string;
  /** `id` of the event that led to this one. */
  readonly causationid?: string;
  /** W3C trace context of the webhook. */
  readonly traceparent?: string;
  readonly datacontenttype: 'application/json';
  /** 1, 2, 3 … of the ticket's events on this topic, without gaps. */
  readonly ticketversion: number;
  /** What it was taken for when it arrived. */
  readonly verdict: 'accepted' | 'accepted_gap' | 'noop';
  readonly verdictreason?: 'natural_duplicate';
  /** The state of the ticket with this event and all before it. */
  readonly after: {
    readonly status: 'open' | 'assigned' | 'in_progress' | 'pending' | 'on_hold' | 'resolved' | 'closed';
    readonly close_reason:
      'resolved' | 'auto' | 'merged' | 'spam' | 'duplicate' | 'abandoned' | 'deleted' | null;
    readonly assignee: string | null;
    /** 1, and one more with each reopening. */
    readonly cycle_no: number;
  };
}

export type TicketState = Envelope['after'];

export type TicketCreatedData = {
  readonly origin?: 'customer' | 'agent' | null;
  readonly status?: string | null;
  readonly priority?: string | null;
  readonly agent_id?: string | null;
  readonly customer_id?: string | null;
  readonly customer?: {
    readonly telegram_user_id?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly username?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly first_name?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly last_name?: string | null;
    readonly language_code?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly contact_phone?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly email?: string | null;
  } | null;
  readonly channel?: {
    readonly type?: string | null;
    readonly chat_id?: string | null;
    readonly topic_id?: string | null;
  } | null;
  readonly initial_message?: {
    readonly message_id?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly text?: string | null;
    readonly content_type?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly file_url?: string | null;
  } | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly referrer?: unknown;
  readonly acquisition?: {
    readonly source?: string | null;
    readonly campaign?: string | null;
  } | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type TicketReopenedData = {
  readonly origin?: 'customer' | 'agent' | null;
  readonly status?: string | null;
  readonly priority?: string | null;
  readonly agent_id?: string | null;
  readonly customer_id?: string | null;
  readonly customer?: {
    readonly telegram_user_id?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly username?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly first_name?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly last_name?: string | null;
    readonly language_code?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly contact_phone?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly email?: string | null;
  } | null;
  readonly channel?: {
    readonly type?: string | null;
    readonly chat_id?: string | null;
    readonly topic_id?: string | null;
  } | null;
  readonly initial_message?: {
    readonly message_id?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly text?: string | null;
    readonly content_type?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly file_url?: string | null;
  } | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly referrer?: unknown;
  readonly acquisition?: {
    readonly source?: string | null;
    readonly campaign?: string | null;
  } | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type MessageReceivedData = {
  readonly message_id: string;
  readonly sender: {
    readonly type: 'customer' | 'agent' | 'bot' | 'system';
    readonly telegram_user_id?: string | null;
    readonly agent_id?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly username?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly first_name?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly last_name?: string | null;
  };
  readonly content?:
    | {
        /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
        readonly text?: string | null;
        readonly content_type?: string | null;
        /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
        readonly file_url?: string | null;
        readonly file_size?: number | null;
        readonly files?:
          | readonly {
              /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
              readonly text?: string | null;
              readonly content_type?: string | null;
              /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
              readonly file_url?: string | null;
              readonly file_size?: number | null;
            }[]
          | null;
      }
    | readonly {
        /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
        readonly text?: string | null;
        readonly content_type?: string | null;
        /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
        readonly file_url?: string | null;
        readonly file_size?: number | null;
      }[]
    | null;
  readonly is_private?: boolean | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type MessageEditedData = {
  readonly message_id: string;
  readonly sender: {
    readonly type: 'customer' | 'agent' | 'bot' | 'system';
    readonly telegram_user_id?: string | null;
    readonly agent_id?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly username?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly first_name?: string | null;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly last_name?: string | null;
  };
  readonly content?:
    | {
        /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
        readonly text?: string | null;
        readonly content_type?: string | null;
        /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
        readonly file_url?: string | null;
        readonly file_size?: number | null;
        readonly files?:
          | readonly {
              /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
              readonly text?: string | null;
              readonly content_type?: string | null;
              /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
              readonly file_url?: string | null;
              readonly file_size?: number | null;
            }[]
          | null;
      }
    | readonly {
        /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
        readonly text?: string | null;
        readonly content_type?: string | null;
        /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
        readonly file_url?: string | null;
        readonly file_size?: number | null;
      }[]
    | null;
  readonly is_private?: boolean | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type StatusChangedData = {
  readonly previous_status?: string | null;
  readonly new_status: string;
  readonly changed_by?: {
    readonly agent_id?: string | null;
    readonly rule?: string | null;
  } | null;
  readonly agent_id?: string | null;
  readonly close_reason?: string | null;
  readonly merged_into?: string | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type AgentAssignedData = {
  readonly agent_id?: string | null;
  readonly group_id?: string | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type FirstResponseSentData = {
  readonly response_time?: number | null;
  readonly agent_id?: string | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type TicketResolvedData = {
  readonly resolution_time?: number | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly resolution_note?: string | null;
  readonly agent_id?: string | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type EscalationFiredData = {
  readonly metric?: string | null;
  readonly policy?: string | null;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type PriorityChangedData = {
  readonly priority: string;
  /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
  readonly extra?: Readonly<Record<string, unknown>> | null;
};

export type TransitionReinstatedData = {
  readonly of_event_id: string;
  readonly from: 'accepted' | 'accepted_gap' | 'noop' | 'rejected';
  readonly to: 'accepted' | 'accepted_gap' | 'noop' | 'rejected';
  readonly type:
    | 'ticket.created'
    | 'ticket.reopened'
    | 'message.received'
    | 'message.edited'
    | 'status.changed'
    | 'agent.assigned'
    | 'first_response.sent'
    | 'ticket.resolved'
    | 'escalation.fired'
    | 'priority.changed';
  readonly reason: 'illegal_transition' | 'unknown_status' | 'merged_is_final' | 'natural_duplicate' | null;
  readonly original: {
    readonly source: string;
    readonly event_id: string;
    readonly type:
      | 'ticket.created'
      | 'ticket.reopened'
      | 'message.received'
      | 'message.edited'
      | 'status.changed'
      | 'agent.assigned'
      | 'first_response.sent'
      | 'ticket.resolved'
      | 'escalation.fired'
      | 'priority.changed'
      | 'agent.status_changed'
      | 'unmapped'
      | 'transition.reinstated'
      | 'transition.revoked'
      | 'sla.warned'
      | 'sla.breached'
      | 'sla.breach_withdrawn';
    readonly schema_version: number;
    readonly occurred_at: string;
    readonly claimed_at?: string | null;
    readonly received_at?: string | null;
    readonly source_type?: string | null;
    readonly data: Readonly<Record<string, unknown>>;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly personal?: Readonly<Record<string, unknown>> | null;
  };
  readonly after: {
    readonly status: 'open' | 'assigned' | 'in_progress' | 'pending' | 'on_hold' | 'resolved' | 'closed';
    readonly close_reason:
      'resolved' | 'auto' | 'merged' | 'spam' | 'duplicate' | 'abandoned' | 'deleted' | null;
    readonly assignee: string | null;
    readonly cycle_no: number;
  };
};

export type TransitionRevokedData = {
  readonly of_event_id: string;
  readonly from: 'accepted' | 'accepted_gap' | 'noop' | 'rejected';
  readonly to: 'accepted' | 'accepted_gap' | 'noop' | 'rejected';
  readonly type:
    | 'ticket.created'
    | 'ticket.reopened'
    | 'message.received'
    | 'message.edited'
    | 'status.changed'
    | 'agent.assigned'
    | 'first_response.sent'
    | 'ticket.resolved'
    | 'escalation.fired'
    | 'priority.changed';
  readonly reason: 'illegal_transition' | 'unknown_status' | 'merged_is_final' | 'natural_duplicate' | null;
  readonly original: {
    readonly source: string;
    readonly event_id: string;
    readonly type:
      | 'ticket.created'
      | 'ticket.reopened'
      | 'message.received'
      | 'message.edited'
      | 'status.changed'
      | 'agent.assigned'
      | 'first_response.sent'
      | 'ticket.resolved'
      | 'escalation.fired'
      | 'priority.changed'
      | 'agent.status_changed'
      | 'unmapped'
      | 'transition.reinstated'
      | 'transition.revoked'
      | 'sla.warned'
      | 'sla.breached'
      | 'sla.breach_withdrawn';
    readonly schema_version: number;
    readonly occurred_at: string;
    readonly claimed_at?: string | null;
    readonly received_at?: string | null;
    readonly source_type?: string | null;
    readonly data: Readonly<Record<string, unknown>>;
    /** Personal: not there with KAFKA_PERSONAL_DATA=omit. */
    readonly personal?: Readonly<Record<string, unknown>> | null;
  };
  readonly after: {
    readonly status: 'open' | 'assigned' | 'in_progress' | 'pending' | 'on_hold' | 'resolved' | 'closed';
    readonly close_reason:
      'resolved' | 'auto' | 'merged' | 'spam' | 'duplicate' | 'abandoned' | 'deleted' | null;
    readonly assignee: string | null;
    readonly cycle_no: number;
  };
};

export type SlaWarnedData = {
  readonly instance_id: string;
  readonly metric: 'first_response' | 'next_response' | 'resolution';
  readonly instance_no: number;
  readonly policy_id?: string | null;
  readonly policy_version?: number | null;
  readonly target_seconds: number;
  readonly due_at: string | null;
  readonly assignee_id?: string | null;
  readonly warn_percent: number;
};

export type SlaBreachedData = {
  readonly instance_id: string;
  readonly metric: 'first_response' | 'next_response' | 'resolution';
  readonly instance_no: number;
  readonly policy_id?: string | null;
  readonly policy_version?: number | null;
  readonly target_seconds: number;
  readonly due_at: string | null;
  readonly assignee_id?: string | null;
  readonly breached_at: string;
  readonly breach_cause?: string | null;
};

export type SlaBreachWithdrawnData = {
  readonly instance_id: string;
  readonly metric: 'first_response' | 'next_response' | 'resolution';
  readonly instance_no: number;
  readonly policy_id?: string | null;
  readonly policy_version?: number | null;
  readonly target_seconds: number;
  readonly due_at: string | null;
  readonly assignee_id?: string | null;
  readonly breached_at: string;
  readonly cause_event_id?: string | null;
};

/** By the attribute `type`. */
interface DataByType {
  'casetrail.ticket.created.v1': TicketCreatedData;
  'casetrail.ticket.reopened.v1': TicketReopenedData;
  'casetrail.message.received.v1': MessageReceivedData;
  'casetrail.message.edited.v1': MessageEditedData;
  'casetrail.status.changed.v1': StatusChangedData;
  'casetrail.agent.assigned.v1': AgentAssignedData;
  'casetrail.first_response.sent.v1': FirstResponseSentData;
  'casetrail.ticket.resolved.v1': TicketResolvedData;
  'casetrail.escalation.fired.v1': EscalationFiredData;
  'casetrail.priority.changed.v1': PriorityChangedData;
  'casetrail.transition.reinstated.v1': TransitionReinstatedData;
  'casetrail.transition.revoked.v1': TransitionRevokedData;
  'casetrail.sla.warned.v1': SlaWarnedData;
  'casetrail.sla.breached.v1': SlaBreachedData;
  'casetrail.sla.breach_withdrawn.v1': SlaBreachWithdrawnData;
}

export type TicketEventType = keyof DataByType;

interface Typed<T extends TicketEventType> extends Envelope {
  readonly type: T;
  readonly data: DataByType[T];
}

/** Told apart by `type`. A later release may add types: have a default branch. */
export type TicketEvent = { [T in TicketEventType]: Typed<T> }[TicketEventType];
