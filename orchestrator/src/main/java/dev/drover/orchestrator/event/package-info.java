/** Events of central: {@code 02-event-stream}, {@code 03-event-handlers}, {@code 06-event-acks}. */
package dev.drover.orchestrator.event;
