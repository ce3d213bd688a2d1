using System.IO.Enumeration;

namespace PeerReplica.Security;

/// <summary>Whose nodes' decisions on identities count: those whose certificate names a node that matches one of some patterns.</summary>
internal sealed class OperatorPatterns(IReadOnlyList<string> patterns)
{
    /// <summary>Whether the node that a certificate names is an operator's.</summary>
    /// <param name="node">The node; null where the identity names none.</param>
    /// <param name="ignoresCase">Whether upper and lower case of the name are one.</param>
    public bool Match(string? node, bool ignoresCase) =>
        node is not null && patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, node, ignoresCase));
}
