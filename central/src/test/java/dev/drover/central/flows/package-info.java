/** One test for each flow file of central, and for those that all processes share. */
package dev.drover.central.flows;
