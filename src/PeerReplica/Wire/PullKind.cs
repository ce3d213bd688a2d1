namespace PeerReplica.Wire;

/// <summary>What a pull asks for.</summary>
internal enum PullKind : byte
{
    /// <summary>Everything that the asker is missing, whoever originated it.</summary>
    Missing = 0,

    /// <summary>The full state: the asker is below the floor.</summary>
    FullState = 1,

    /// <summary>The full state, to be united with the asker's: contents differed though vectors were equal.</summary>
    Repair = 2,
}
