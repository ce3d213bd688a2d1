namespace PeerReplica.Simulation;

/// <summary>What a seed's run amounted to.</summary>
internal sealed record ScenarioResult(string TranscriptHash, long Events, long Operations, long Frames, TimeSpan VirtualTime);
