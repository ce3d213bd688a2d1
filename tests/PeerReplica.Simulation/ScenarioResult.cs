using PeerReplica.Testing.Checking;

namespace PeerReplica.Simulation;

/// <summary>What a seed's run amounted to.</summary>
/// <param name="TranscriptHash">Of all frames delivered.</param>
/// <param name="Events">How many there were.</param>
/// <param name="Operations">How many the app asked for.</param>
/// <param name="Frames">How many were delivered.</param>
/// <param name="VirtualTime">How long it took.</param>
/// <param name="IsComplete">Whether it came to its end: a run in which most voters end at once cannot decide any more.</param>
/// <param name="Faults">Which faults happened in which phases of the protocol.</param>
internal sealed record ScenarioResult(string TranscriptHash, long Events, long Operations, long Frames, TimeSpan VirtualTime, bool IsComplete, FaultCounts Faults);
