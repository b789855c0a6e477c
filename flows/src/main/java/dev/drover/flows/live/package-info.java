/**
 * Flows that are changed in a running process: what is in force, who changed it, and the checks
 * that a change passes. What starts and ends routes is behind {@link
 * dev.drover.flows.live.Running}.
 */
package dev.drover.flows.live;
