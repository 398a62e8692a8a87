import { type Checkpoint } from './checkpoint';

/** Something that follows the log lane by lane: the projections, or the relay to one Kafka topic. */
export interface LaneFollower {
  readonly name: string;
  /** Nothing but refused events concerns it: whatever else a lane grows by it passes over when it polls. */
  readonly onlyRefusals?: boolean;

  /**
   * Called when this node takes a lane, before anything else. A follower that knows better where it stands (the relay
   * reads the partition's tail) moves the checkpoint here; otherwise it returns it as it is.
   */
  opened(checkpoint: Checkpoint): Promise<Checkpoint>;

  /**
   * Handles at most one batch behind the checkpoint and moves the checkpoint with it. Returns the new position; the old
   * one means there was nothing to do.
   */
  advance(checkpoint: Checkpoint): Promise<number>;

  /**
   * Called about once a second while this node holds the lane, never while `opened` or `advance` of that lane runs. When
   * it throws, the lane goes on and shows the error until a later tick succeeds.
   */
  tick?(checkpoint: Checkpoint): Promise<void>;
}
