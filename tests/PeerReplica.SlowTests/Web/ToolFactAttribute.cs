namespace PeerReplica.SlowTests.Web;

/// <summary>A test that is skipped, saying why and what to do, where programs of the system are missing.</summary>
internal sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(params string[] programs) => Skip = Tools.WhyNot(programs);
}
