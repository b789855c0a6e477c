package dev.drover.orchestrator.store;

import java.util.List;
import java.util.Map;

/** What an event changes in the mall's store; written in one transaction with the cursor. */
public sealed interface Effect {
  /** Items that changed at central and must be fetched, by collection. */
  record ItemsChanged(Map<String, List<String>> ids) implements Effect {}

  /** A configuration of a type, in its newest version. */
  record ConfigStored(String type, long version, String config) implements Effect {}

  /** Work that the event asks for. */
  record WorkReceived() implements Effect {}

  /** The event could not be handled and waits for a person. */
  record Parked(String error) implements Effect {}
}
