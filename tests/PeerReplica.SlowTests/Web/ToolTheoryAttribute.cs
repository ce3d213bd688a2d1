namespace PeerReplica.SlowTests.Web;

/// <summary>A theory that is skipped, saying why and what to do, where programs of the system are missing.</summary>
internal sealed class ToolTheoryAttribute : TheoryAttribute
{
    public ToolTheoryAttribute(params string[] programs) => Skip = Tools.WhyNot(programs);
}
