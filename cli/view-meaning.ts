/** How a view is named on the command line. */
export const viewMeaning = `
A view is \`now\` (the stack file in the working tree), \`live\` (the Ingresses on the cluster) or a git revision
(\`HEAD~1\`; a branch with the name "live" is \`heads/live\`). A revision without the stack file is an empty view.`;
