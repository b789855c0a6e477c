/**
 * Devices of any kind: one registry with their presence and the commands that wait for them. What a
 * device is called on the wire, and which errors its callers get, is the matter of its dialect.
 */
package dev.drover.fleet.device;
