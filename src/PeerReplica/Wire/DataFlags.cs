namespace PeerReplica.Wire;

/// <summary>What a part of a transfer is.</summary>
[Flags]
internal enum DataFlags : byte
{
    None = 0,

    /// <summary>The transfer's first part.</summary>
    First = 1,

    /// <summary>The transfer's last part: apply it.</summary>
    Last = 2,

    /// <summary>Origins and objects are numbered anew from this part on.</summary>
    Fresh = 4,

    /// <summary>The full state: what it does not mention and the end of its intervals contains is gone.</summary>
    FullState = 8,

    /// <summary>With Pass: unite with what is here, remove nothing.</summary>
    Repair = 16,
}
