package dev.drover.orchestrator.store;

/** What an event changes in the mall's store; written in one transaction with the cursor. */
public sealed interface Effect {
  /** Data changed at central: a delta is wanted, and owed to the event is its acknowledgement. */
  record DeltaOwed() implements Effect {}

  /** A configuration of a type, in its newest version. */
  record ConfigStored(String type, long version, String config) implements Effect {}

  /** Work that the event asks for. */
  record WorkReceived() implements Effect {}

  /** The event could not be handled and waits for a person. */
  record Parked(String error) implements Effect {}
}
