namespace PeerReplica.Hosting.LocalState;

/// <summary>What a counter adds to this replica's own contribution, for those who check it.</summary>
internal interface ICounterView
{
    /// <summary>The sum of the other origins' contributions, which may be wider than 64 bits.</summary>
    Int128 Others { get; }

    /// <summary>How often all contributions were added up anew: what tests of the bounds count.</summary>
    long FullCounts { get; }
}
