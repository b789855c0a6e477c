package dev.drover.engine.sse;

/**
 * One event as the client's parser dispatches it.
 *
 * @param id the last event id as of this event; empty when the server never sent one
 * @param type the event's type, {@code message} when none was given
 * @param data the data lines, joined by line feeds
 */
public record SseEvent(String id, String type, String data) {}
