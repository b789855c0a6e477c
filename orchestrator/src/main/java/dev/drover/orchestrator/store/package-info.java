/** What {@code mall.db} holds for several flows: settings, events, acknowledgements, edits. */
package dev.drover.orchestrator.store;
