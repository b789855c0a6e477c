/** The gates for the flows: what STYLE of the house demands of routes/ and kamelets/. */
package dev.drover.flows;
