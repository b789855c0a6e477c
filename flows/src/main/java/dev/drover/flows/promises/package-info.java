/** What each flow promises to those who call it, and whether it still keeps it. */
package dev.drover.flows.promises;
