/**
 * The one outbox of events. A change and the event that tells of it are one write of one document;
 * the one relay publishes what documents owe, whatever they are documents of.
 */
package dev.drover.fleet.outbox;
