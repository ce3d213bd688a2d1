using PeerReplica.Causality;

namespace PeerReplica.Hosting.LocalState;

/// <summary>The validation of an object's changes, as its replica sees it.</summary>
internal interface IChangeValidation
{
    /// <summary>The object's name.</summary>
    string Name { get; }

    /// <summary>How many arrived changes were refused. Any thread.</summary>
    long RefusedEver { get; }

    /// <summary>How many keys have changes that are held back from readers. Loop only.</summary>
    int HeldKeys { get; }

    /// <summary>Whether so many calls of the validator are overdue that none is begun. Loop only.</summary>
    bool IsStuck { get; }

    /// <summary>Counts the turns that keys had to have the validator asked, as changes of theirs arrived. Loop only.</summary>
    long LastTurn { get; }

    /// <summary>
    /// Whether the validator has answered about all that arrived by a turn, or answers about none any more: see
    /// <see cref="IsStuck"/>. Loop only.
    /// </summary>
    bool IsAnswered(long turn);

    /// <summary>Ends a step: begins to validate what arrived, and gives up a call that takes too long. Returns when to look again.</summary>
    Instant Tend(Instant now);
}
