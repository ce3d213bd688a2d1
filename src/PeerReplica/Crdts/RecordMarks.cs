namespace PeerReplica.Crdts;

/// <summary>What is true or not of a record, in a byte. Touched by the loop alone.</summary>
[Flags]
internal enum RecordMarks : byte
{
    None = 0,
    Component = 1,
    Mentioned = 2,
    Dead = 4,

    /// <summary>Of an entry: it awaits collection.</summary>
    QueuedForCollection = 8,

    /// <summary>Of an entry: the expiry schedule has it.</summary>
    Scheduled = 16,

    /// <summary>It belongs to its origin's log, which has not put it in its place yet.</summary>
    Late = 32,

    /// <summary>Of an entry: its records are found by origin, in an index that the owner keeps.</summary>
    Indexed = 64,

    /// <summary>
    /// Readers do not see it: the validator of its object has not answered yet, or has refused it (<see cref="Record.IsRefused"/>).
    /// </summary>
    Withheld = 128,

    /// <summary>What belongs to what a record says, and not to its place among others.</summary>
    Said = Mentioned | Dead | Withheld,

    /// <summary>Any of these keeps a value from readers.</summary>
    Hidden = Dead | Withheld,
}
