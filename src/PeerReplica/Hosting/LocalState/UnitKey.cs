namespace PeerReplica.Hosting.LocalState;

/// <summary>The only key of an object that has one entry, and the only value of an element that is merely present.</summary>
internal readonly record struct UnitKey;
